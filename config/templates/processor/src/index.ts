import { defineProcessor, listOf, type MutableEvent, text } from 'sealbeat'

/** Replaces the values of fields that must not leave the host. */
export default defineProcessor<{ fields: readonly string[]; mask: string }>({
  name: '__NAME__',
  schema: {
    fields: { doc: 'The fields to mask, such as user.name.', format: listOf(text), default: [] },
    mask: { doc: 'The text in their place.', format: text, default: '***' },
  },
  // Runs before the filter, so that `process` finds everything prepared.
  open({ settings }) {
    const paths = settings.fields.map(field => field.split('.'))
    return {
      process(event) {
        for (const path of paths) maskAt(event, path, settings.mask)
        return event // undefined would drop it
      },
    }
  },
})

/** Changes the field at a path, if the event has it. */
export function maskAt(event: MutableEvent, path: readonly string[], mask: string): void {
  const [key = '', ...below] = path
  if (!Object.hasOwn(event, key)) return
  if (below.length === 0) event[key] = mask
  else maskAt(Object(event[key]), below, mask)
}
