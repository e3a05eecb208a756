import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Issued {
  readonly cert: string
  readonly key: string
}

interface Wanted {
  readonly subject: string
  /** `subjectAltName`; left out: none. */
  readonly names?: string
  /** Whether it was valid for a year until 2021. */
  readonly isExpired?: boolean
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** An authority of our own in a folder; all it makes are files of PEM there. */
export class Authority {
  readonly #folder: string
  readonly #name: string
  readonly cert: string
  readonly #key: string

  constructor(folder: string, name: string) {
    this.#folder = folder
    this.#name = name
    this.cert = join(folder, `${name}.pem`)
    this.#key = join(folder, `${name}.key`)
    const files = ['-keyout', this.#key, '-out', this.cert]
    openssl(['req', '-x509', ...NEW_KEY, ...files, '-days', '2', '-subj', `/CN=${name}`])
  }

  /** SHA-256 of the certificate, in hexadecimal. */
  get fingerprint(): string {
    return new X509Certificate(readFileSync(this.cert)).fingerprint256
  }

  issue(name: string, { subject, names, isExpired = false }: Wanted): Issued {
    const path = (suffix: string) => join(this.#folder, `${name}.${suffix}`)
    const [cert, key, request] = [path('pem'), path('key'), path('csr')]
    openssl(['req', '-new', ...NEW_KEY, '-keyout', key, '-out', request, '-subj', subject])
    writeFileSync(path('cnf'), this.#configuration(path, names))
    writeFileSync(path('index'), '')
    const times = isExpired
      ? ['-startdate', '20200101000000Z', '-enddate', '20210101000000Z']
      : ['-days', '2']
    const made = ['-in', request, '-out', cert, '-notext']
    openssl(['ca', '-batch', '-config', path('cnf'), ...times, ...made])
    return { cert, key }
  }

  #configuration(path: (suffix: string) => string, names: string | undefined): string {
    return `[ca]
default_ca = own
[own]
dir = ${this.#folder}
database = ${path('index')}
rand_serial = yes
new_certs_dir = ${this.#folder}
certificate = ${this.cert}
private_key = ${this.#key}
default_md = sha256
policy = any
unique_subject = no
${names === undefined ? '' : 'x509_extensions = names'}
[any]
commonName = supplied
[names]
${names === undefined ? '' : `subjectAltName = ${names}`}
# ${this.#name}
`
  }
}

function openssl(args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args)
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`)
}
