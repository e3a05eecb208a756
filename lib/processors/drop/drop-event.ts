import { defineProcessor } from '../../processor.ts'

/** Drops every event that reaches it, as Beats' processor of this name. */
export default defineProcessor<Readonly<Record<string, never>>>({
  name: 'drop_event',
  schema: {},
  open: () => ({ process: () => undefined }),
})
