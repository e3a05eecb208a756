export { type CheckOptions, checkBeat } from './check.ts'
export { checkProcessor, type ProcessorCheckOptions } from './check-processor.ts'
export { type RunOptions, runBeat } from './run.ts'
export { memoryState } from './state.ts'
