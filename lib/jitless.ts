/**
 * Whether this Node compiles nothing at run time (`node --jitless`): it was told so, and has no WebAssembly. Each of
 * the two alone may have other reasons, and where V8 does compile, it must be able to.
 */
export function isJitless(): boolean {
  const options = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)]
  return options.some(each => /^--?jitless$/.test(each)) && !('WebAssembly' in globalThis)
}
