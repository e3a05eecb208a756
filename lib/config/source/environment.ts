/** What `${VAR}` refers to; also where credentials are, in `CREDENTIALS_DIRECTORY`. */
export type Environment = Readonly<Record<string, string | undefined>>
