import type { Path, Report } from '../errors.ts'
import type { MutableEvent } from '../processor.ts'

/** Whether something holds of an event, which stays as it is. It never throws. */
export type Condition = (event: MutableEvent) => boolean

/** Makes a condition of what is written below its kind; undefined after a problem, which has been reported. */
export type ParseCondition = (written: unknown, path: Path, report: Report) => Condition | undefined
