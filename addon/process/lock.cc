#include <sys/file.h>

#include <cerrno>

#include "../native.h"

namespace sealbeat {

int LockFile(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno; }

}  // namespace sealbeat
