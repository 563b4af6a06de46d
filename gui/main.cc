#include "gui/gui_main.h"

int main(int argc, char** argv) { return faascast::gui::run_gui(argc, argv); }
