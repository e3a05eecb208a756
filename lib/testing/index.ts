export { type CheckOptions, checkBeat } from './check.ts'
export { type RunOptions, runBeat } from './run.ts'
export { memoryState } from './state.ts'
