"""The Python package, built by CMake: setuptools only asks for it and takes what it makes.

    /usr/bin/python3 -m venv --system-site-packages V
    V/bin/pip install --no-build-isolation --no-deps .

Needs what cmake/deps.sh build core python installs. FAASCAST_BUILD names a build folder to be used
(and kept); by default one below build/.
"""

import os
import pathlib
import re
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).parent.resolve()
VERSION = re.search(r"project\(faascast VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())


class CMakeBuild(build_ext):
    """Configures, builds and installs the component `python` into the wheel."""

    def build_extension(self, ext: Extension) -> None:
        target = pathlib.Path(self.get_ext_fullpath(ext.name)).parent.parent.resolve()
        build = pathlib.Path(os.environ.get("FAASCAST_BUILD", ROOT / "build" / "wheel")).resolve()
        configure = ["cmake", "-S", str(ROOT), "-B", str(build), "-DCMAKE_BUILD_TYPE=Release"]
        configure += ["-DFAASCAST_TESTS=OFF", "-DFAASCAST_PYTHON=ON"]
        configure += [f"-DPython_EXECUTABLE={sys.executable}", "-DFAASCAST_PYTHON_INSTALL_DIR=."]
        if not (build / "CMakeCache.txt").exists():
            configure += ["-G", "Ninja"]
        subprocess.run(configure, check=True)
        jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
        make = ["cmake", "--build", str(build), "--target", "faascast_python_package", "-j", jobs]
        subprocess.run(make, check=True)
        install = ["cmake", "--install", str(build), "--component", "python"]
        subprocess.run([*install, "--prefix", str(target)], check=True)


setup(
    version=VERSION.group(1),
    packages=[],
    ext_modules=[Extension("faascast._core", sources=[])],
    cmdclass={"build_ext": CMakeBuild},
    zip_safe=False,
)
