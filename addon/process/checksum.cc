// The checksum of what is written to the disk queue, in the thread pool: megabytes of it take a tenth of a
// millisecond each, which the main thread has better things to do with.
#include "checksum.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

// As zlib.h has it. Node exports its own zlib, until Node 22 with a prefix; a Node that is linked to the system's
// has that one. Weak: where there is neither, they are null.
extern "C" {
unsigned long Cr_z_crc32(unsigned long crc, const unsigned char* bytes, unsigned length)
    __attribute__((weak));
unsigned long crc32(unsigned long crc, const unsigned char* bytes, unsigned length)
    __attribute__((weak));
}

namespace sealbeat {
namespace {

using Napi::CallbackInfo;
using Napi::Value;

using Crc32 = decltype(&crc32);

constexpr unsigned long kOfDigits = 0xcbf43926;  // of "123456789", as every catalogue of CRCs has it

// A function of that name may be another one.
bool IsCrc32(Crc32 function) {
  if (function == nullptr) return false;
  return function(0, reinterpret_cast<const unsigned char*>("123456789"), 9) == kOfDigits;
}

Crc32 FindCrc32() {
  if (IsCrc32(Cr_z_crc32)) return Cr_z_crc32;
  return IsCrc32(crc32) ? crc32 : nullptr;
}

struct Chunk {
  const unsigned char* bytes;
  std::size_t length;
};

class ChecksumWorker : public Napi::AsyncWorker {
 public:
  ChecksumWorker(const Napi::Function& done, Crc32 crc32, std::vector<Chunk> chunks,
                 const Napi::Array& list)
      : AsyncWorker(done, "sealbeat:checksum"), crc32_(crc32), chunks_(std::move(chunks)) {
    // The bytes live as long as the worker.
    Receiver().Set("chunks", list);
  }

  void Execute() override {
    for (const auto& [bytes, length] : chunks_)
      crc_ = crc32_(crc_, bytes, static_cast<unsigned>(length));
  }

  // Fails where nobody can be told any more, as Node or a worker is ending.
  void OnOK() override {
    napi_value crc;
    if (napi_create_double(Env(), static_cast<double>(crc_), &crc) != napi_ok) return;
    napi_call_function(Env(), Receiver().Value(), Callback().Value(), 1, &crc, nullptr);
  }

 private:
  const Crc32 crc32_;
  const std::vector<Chunk> chunks_;
  unsigned long crc_ = 0;
};

// chunks, done
Value Checksum(const CallbackInfo& info) {
  const auto list = info[0].As<Napi::Array>();
  std::vector<Chunk> chunks;
  for (std::uint32_t at = 0; at < list.Length(); ++at) {
    const auto bytes = list.Get(at).As<Napi::Uint8Array>();
    chunks.push_back({bytes.Data(), bytes.ByteLength()});
  }
  const auto crc32 = reinterpret_cast<Crc32>(info.Data());
  (new ChecksumWorker(info[1].As<Napi::Function>(), crc32, std::move(chunks), list))->Queue();
  return info.Env().Undefined();
}

}  // namespace

void ExportChecksum(Napi::Env env, Napi::Object exports) {
  const Crc32 crc32 = FindCrc32();
  if (crc32 == nullptr) return;
  exports.Set("checksum",
              Napi::Function::New(env, Checksum, "checksum", reinterpret_cast<void*>(crc32)));
}

}  // namespace sealbeat
