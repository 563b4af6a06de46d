#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim-core/units.h"
#include "workloads/models.h"
#include "workloads/passes/passes.h"

namespace faascast {

/// What a model does on a test set: for classifiers the fraction that is right, for a policy the
/// mean return; more is better. Called once for each row of the table.
using Evaluate = std::function<double(const Graph&)>;

struct PassTableOptions {
  /// Smaller models that learned the same task from this one: rows "distillation".
  std::vector<ModelFile> students{};
  PassOptions pass{};
  Evaluate evaluate{};          ///< empty: no accuracy
  std::string accuracy_name{};  ///< "accuracy on 10,000 images"
  double max_seconds = 1.0;     ///< of measuring, for each row
  std::uint64_t min_samples = 300;  ///< of inferences (or groups of short ones), for each row
};

/// A model after passes, measured.
struct PassRow {
  std::string passes{};         ///< as asked for; "original" for the first row
  std::string note{};           ///< what was done
  std::string refused{};        ///< why the passes cannot be applied; the figures are then zero
  std::uint64_t bytes = 0;             ///< of the .onnx file
  std::uint64_t compressed_bytes = 0;  ///< of the same after zlib, level 9
  Duration load{};              ///< CPU time: reading, planning and packing, median of several
  Duration latency_p50{};       ///< CPU time of one inference, one thread
  double flops = 0.0;
  std::optional<double> accuracy{};
};

struct PassTable {
  std::string model{};
  std::string accuracy_name{};
  std::string isa{};
  std::vector<PassRow> rows{};
};

/// Applies each list of passes ("conversion+int8") to the model, writes the result as ONNX, reads
/// it back and measures it beside the original: rows take turns, so that a busy machine harms all
/// alike. A list that cannot be applied gets a row that says why.
/// @param bytes an .onnx file
/// @throws InputError when the original cannot be run, or a list names no pass.
[[nodiscard]] PassTable pass_table(std::string_view bytes, const std::string& name,
                                   const std::vector<std::string>& passes,
                                   const PassTableOptions& options = {});

/// Each pass by itself and the usual chains: what `faascast model optimise` shows.
[[nodiscard]] std::vector<std::string> usual_passes();

/// Bytes after zlib's compression, level 9.
[[nodiscard]] std::uint64_t compressed_size(std::string_view bytes);

}  // namespace faascast
