/** Settles as `promise` does, or rejects when that takes longer; leaves no timer behind. */
export function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  message: () => string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message())), milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
