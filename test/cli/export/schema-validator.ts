import { Ajv, type ErrorObject } from 'ajv'
import { parse } from 'yaml'

/** Reads a beat.yml as an editor does, and returns the places that the schema flags: `beats[0].perod`. */
export function schemaValidator(schema: object): (text: string) => readonly string[] {
  const valid = new Ajv({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allowMatchingProperties: true,
    allErrors: true,
  }).compile(schema)
  return text => (valid(parse(text, { merge: true })) ? [] : placesOf(valid.errors ?? []))
}

/** The innermost places: an error above them only says that there is one below. */
function placesOf(errors: readonly ErrorObject[]): readonly string[] {
  const places = [...new Set(errors.filter(({ keyword }) => keyword !== 'if').map(placeOf))]
  return places.filter(
    place =>
      !places.some(
        other =>
          other !== place && /^[.[]/.test(other.slice(place.length)) && other.startsWith(place),
      ),
  )
}

function placeOf({ instancePath, params }: ErrorObject): string {
  const extra: unknown = params.additionalProperty
  const keys = [
    ...instancePath.split('/').slice(1).map(plain),
    ...(extra === undefined ? [] : [String(extra)]),
  ]
  return keys
    .map((key, at) => (/^\d+$/.test(key) ? `[${key}]` : at === 0 ? key : `.${key}`))
    .join('')
}

function plain(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
