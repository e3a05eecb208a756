import { listOf, text } from '../../config/schema/formats.ts'
import { defineProcessor } from '../../processor.ts'
import { append, fieldOf } from '../field.ts'
import { targetName } from '../field-formats.ts'

interface AddTagsSettings {
  readonly tags: readonly string[]
  readonly target: string
}

/** Appends to a list of tags, with the settings of Beats' processor of this name. */
export default defineProcessor<AddTagsSettings>({
  name: 'add_tags',
  schema: {
    tags: { doc: 'The tags to add.', format: listOf(text), default: null },
    target: {
      doc: 'The list that the tags are appended to. It is made if it is missing.',
      format: targetName,
      default: 'tags',
    },
  },
  open({ settings: { tags, target } }) {
    const field = fieldOf(target)
    return {
      process(event) {
        if (tags.length > 0) append(event, field, tags)
        return event
      },
    }
  },
})
