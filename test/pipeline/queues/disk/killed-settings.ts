/** What the output of a process does that is killed. stubborn: what it does not take is stored again at once. */
export type Mood = 'down' | 'slow' | 'up' | 'stubborn'

/** Of the queue, and of a batch of its output. */
export const WINDOW = 300
export const BULK = 50
