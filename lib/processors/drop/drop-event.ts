import { defineTouching } from '../touching.ts'

/** Drops every event that reaches it, as Beats' processor of this name. */
export default defineTouching<Readonly<Record<string, never>>>({
  name: 'drop_event',
  schema: {},
  touches: () => [],
  open: () => ({ process: () => undefined }),
})
