// What stood in the place of a number or a boolean that came from a variable. It is known only where the schema is
// whether a setting takes text: `name: ${N}`. Maps and lists keep it beside their values, where only this file looks.

const TEXTS = Symbol('texts')

type Texts = Readonly<Record<string, string>>

/** Keeps texts by key, or by index, of a map or list. */
export function keepTexts<T extends object>(plain: T, texts: Texts): T {
  return Object.defineProperty(plain, TEXTS, { value: texts, configurable: true })
}

/** What stood there, if it was something else than the value. */
export function textAt(plain: object, key: string | number): string | undefined {
  const texts: Texts | undefined = Reflect.get(plain, TEXTS)
  return texts?.[key]
}

/** The value without texts, also in the maps and lists within: convict would copy them as fields. */
export function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts)
  if (typeof value !== 'object' || value === null) return value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutTexts(each)]))
}

/** The part of a map whose keys are wanted, with its texts. */
export function partOf(
  map: Readonly<Record<string, unknown>>,
  isWanted: (key: string) => boolean,
): Readonly<Record<string, unknown>> {
  return withTextsOf(map, Object.fromEntries(Object.entries(map).filter(([key]) => isWanted(key))))
}

/** A map that was made of another one, with the texts of that. */
export function withTextsOf<T extends object>(map: object, made: T): T {
  const texts: Texts | undefined = Reflect.get(map, TEXTS)
  return texts === undefined ? made : keepTexts(made, texts)
}
