// What is asked of the kernel about the host: statfs(2), and the files of /proc.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sealbeat {

// An errno, whether the path has led to another mount, then of statfs(2): the bytes of a fragment, the fragments in
// all, free, and available to users; the inodes in all and free; the major and minor number of the device, -1 if the
// kernel does not tell.
using Filesystem = std::array<double, 10>;

// `mount` is the id of the mount that is meant, as /proc/self/mountinfo has it; negative: any.
Filesystem AskFilesystem(const std::string& path, double mount);

// Of /proc/PID/stat, proc_pid_stat(5): pid, state (a letter; 0: unknown), ppid, pgrp, utime, stime, num_threads,
// starttime, vsize, rss.
using Process = std::array<double, 10>;

// The processes of a proc(5). Their files stay open up to a number, as opening and closing one takes longer than
// reading it. For one thread at a time.
class ProcessFolder {
 public:
  // Returns 0 or an errno.
  int Open(const std::string& path, std::size_t most_kept);
  ~ProcessFolder();
  // All processes; whoever ends meanwhile is left out. Returns 0 or an errno.
  int Read(std::vector<Process>& processes);
  // Closes the files that are kept.
  void Forget();

 private:
  struct Kept {
    int descriptor;
    unsigned round;
  };
  // The length of what is in the buffer, or an errno as a negative number.
  ssize_t ReadOne(int pid, char* buffer, std::size_t size);
  // By pid. Not std::unordered_map, which takes the libstdc++ of GCC 11 if it is compiled there.
  std::map<int, Kept> kept_;
  std::size_t most_kept_ = 0;
  unsigned round_ = 0;
  int folder_ = -1;
};

// What the first read(2) of a file gives, at most 4096 bytes. Returns 0 or an errno.
int ReadBeginning(int folder, const std::string& name, std::string& text);

}  // namespace sealbeat
