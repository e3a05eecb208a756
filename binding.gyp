{
  "variables": {
    # Not in the published package: what live tests need to make any system call on any thread.
    "probe": "<!(node -p \"+require('fs').existsSync('addon/testing/probe.cc')\")"
  },
  "target_defaults": {
    "include_dirs": ["<!@(node -p \"require('node-addon-api').include\")"],
    "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS", "NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED"],
    "cflags_cc": ["-std=c++17", "-Wall", "-Wextra", "-fvisibility=hidden"],
    "cflags_cc!": ["-std=gnu++17"],
    "cflags!": ["-Wno-unused-parameter"]
  },
  "targets": [
    {
      "target_name": "sealbeat",
      "sources": ["addon/sealbeat.cc"],
      "conditions": [
        ["OS=='linux'", {
          # Node unloads it at the end of a worker, though threads of it may still run.
          "ldflags": ["-Wl,-z,nodelete"],
          "sources": ["addon/seccomp/seccomp.cc", "addon/seccomp/trap.cc", "addon/seccomp/denial.cc",
                      "addon/process/restart.cc", "addon/process/lock.cc", "addon/process/notify.cc",
                      "addon/process/signals.cc", "addon/process/keyring.cc", "addon/process/checksum.cc",
                      "addon/audit/audit.cc", "addon/audit/audit_binding.cc",
                      "addon/host/asked.cc", "addon/host/job.cc", "addon/host/host_binding.cc",
                      "addon/record/record.cc", "addon/record/record_start.cc", "addon/record/record_binding.cc",
                      "addon/sandbox/every_thread.cc", "addon/sandbox/confine.cc", "addon/sandbox/libraries.cc", "addon/sandbox/sandbox_binding.cc"]
        }, {
          "sources": ["addon/unsupported.cc"]
        }],
        ["OS!='linux' and OS!='win'", { "sources": ["addon/process/lock.cc"] }]
      ]
    }
  ],
  "conditions": [
    ["OS=='linux' and probe==1", {
      "targets": [{ "target_name": "probe", "sources": ["addon/testing/probe.cc"] }]
    }]
  ]
}
