import { createLogger } from '../../lib/log/logger.ts'

// A small program for logger.test.ts: logs COUNT lines to standard error and to DIR/log.ndjson, then ends in
// the given WAY.
const [dir = '', count = '1', way = ''] = process.argv.slice(2)
const { log, close } = createLogger(
  {
    level: 'info',
    to_stderr: true,
    format: 'auto',
    to_files: dir !== '',
    files: { name: 'log', rotateeverybytes: 1 << 20, keepfiles: 2, permissions: 0o600 },
  },
  { paths: { logs: dir }, name: 'web' },
)
for (let i = 0; i < Number(count); i++) log.info({ i }, 'line')
if (way === 'crash') process.abort()
if (way === 'exit') process.exit(3)
await close()
process.stdout.write('ended')
