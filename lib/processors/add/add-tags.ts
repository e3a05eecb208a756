import { listOf, text } from '../../config/schema/formats.ts'
import { append, fieldOf } from '../field.ts'
import { targetName } from '../field-formats.ts'
import { defineTouching, topKeysOf } from '../touching.ts'

interface AddTagsSettings {
  readonly tags: readonly string[]
  readonly target: string
}

/** Appends to a list of tags, with the settings of Beats' processor of this name. */
export default defineTouching<AddTagsSettings>({
  name: 'add_tags',
  schema: {
    tags: { doc: 'The tags to add.', format: listOf(text), default: null },
    target: {
      doc: 'The list that the tags are appended to. It is made if it is missing.',
      format: targetName,
      default: 'tags',
    },
  },
  isPure: true,
  touches: ({ target }) => topKeysOf(target),
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
