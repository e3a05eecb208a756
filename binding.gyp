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
          "sources": ["addon/seccomp.cc", "addon/trap.cc", "addon/denial.cc", "addon/restart.cc", "addon/lock.cc", "addon/notify.cc",
                      "addon/audit.cc", "addon/audit_binding.cc",
                      "addon/record.cc", "addon/record_start.cc", "addon/record_binding.cc"]
        }, {
          "sources": ["addon/unsupported.cc"]
        }],
        ["OS!='linux' and OS!='win'", { "sources": ["addon/lock.cc"] }]
      ]
    }
  ],
  "conditions": [
    ["OS=='linux' and probe==1", {
      "targets": [{ "target_name": "probe", "sources": ["addon/testing/probe.cc"] }]
    }]
  ]
}
