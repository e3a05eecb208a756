// A worker thread asks for the restart, which only the main thread can do, and prints the outcome.
import { writeSync } from 'node:fs'
import { isMainThread, Worker } from 'node:worker_threads'
import { restartWithoutIoUring } from '../../lib/seccomp/kernel/restart.ts'

if (isMainThread) new Worker(new URL(import.meta.url))
else writeSync(1, JSON.stringify(restartWithoutIoUring()))
