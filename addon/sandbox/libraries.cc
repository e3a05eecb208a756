#include "libraries.h"

#include <sys/statvfs.h>
#include <uv.h>

#include <cerrno>

namespace sealbeat {

bool KeepLibrary(const std::string& name) {
  uv_lib_t library;
  // dlopen(3) by libuv: glibc has its own in another library from 2.34 on.
  if (uv_dlopen(name.c_str(), &library) == 0) return true;
  uv_dlclose(&library);  // frees the message
  return false;
}

int IsNoExec(const std::string& path) {
  struct statvfs found;
  if (statvfs(path.c_str(), &found) != 0) return -errno;
  return (found.f_flag & ST_NOEXEC) != 0 ? 1 : 0;
}

}  // namespace sealbeat
