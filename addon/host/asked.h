// What is asked of the kernel about the host: statfs(2), and the files of /proc.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace sealbeat {

// An errno, whether the path has led to another mount, then of statfs(2): the bytes of a fragment, the fragments in
// all, free, and available to users; the inodes in all and free.
using Filesystem = std::array<double, 8>;

// `mount` is the id of the mount that is meant, as /proc/self/mountinfo has it; negative: any.
Filesystem AskFilesystem(const std::string& path, double mount);

// What the first read(2) of a file gives, at most 4096 bytes. Returns 0 or an errno.
int ReadBeginning(int folder, const std::string& name, std::string& text);

}  // namespace sealbeat
