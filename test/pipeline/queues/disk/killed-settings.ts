/** What the output of a process does that is killed. */
export type Mood = 'down' | 'slow' | 'up'

/** Of the queue, and of a batch of its output. */
export const WINDOW = 300
export const BULK = 50
