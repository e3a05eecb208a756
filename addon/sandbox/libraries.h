// Native libraries: loading them before no more can be, and from where they can be.
#pragma once

#include <string>

namespace sealbeat {

// Loads a library by its name, as libc itself would, and keeps it. Whether it is there now.
bool KeepLibrary(const std::string& name);

// Whether the file system that holds the path is mounted with noexec: 1, 0 or a negative errno.
int IsNoExec(const std::string& path);

}  // namespace sealbeat
