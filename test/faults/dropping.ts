// A processor that drops the events that ask for it.
import { defineProcessor } from 'sealbeat'

export default defineProcessor({
  name: 'dropping',
  schema: {},
  open: () => ({ process: event => (event['drop'] ? undefined : event) }),
})
