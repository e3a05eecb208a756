/**
 * Calls of the workload that default policies leave out all the same. What only starting Node calls
 * is over when the filter comes, and needs no word here.
 */
export const REFUSED: Readonly<Record<string, string>> = {
  clone3: 'its flags are in memory, where a filter can not look; libc falls back to clone',
  io_uring_setup: 'what goes through a ring is not filtered; libuv falls back to epoll',
  tgkill: 'allowed to itself alone, once its number is known',
}
