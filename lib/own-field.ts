/** Sets a field of the map itself. Unlike an assignment, sets `__proto__` as any other. */
export function setOwn(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') map[key] = value
  else {
    const own = { value, enumerable: true, writable: true, configurable: true }
    Object.defineProperty(map, key, own)
  }
}
