// Makes one system call, given by its number, on each message.
import { parentPort, workerData } from 'node:worker_threads'
import { probe } from '../probe.ts'

parentPort?.on('message', () => probe.syscall(workerData))
parentPort?.postMessage('ready')
