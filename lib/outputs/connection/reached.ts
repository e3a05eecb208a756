import type { Privilege } from '../../plugin.ts'
import { type SslSettings, sslFolders } from '../tls/ssl-settings.ts'

/** What an output needs that connects to these places, its proxy if it has one: their ports, and the files of `ssl`. */
export function reached(
  places: readonly { readonly port: number; readonly title: string }[],
  ssl: SslSettings,
): readonly Privilege[] {
  const ports = new Map(places.map(({ port, title }) => [port, title]))
  return [
    ...[...ports].map(([port, title]) => ({ connects: port, why: `sends events to ${title}` })),
    ...sslFolders(ssl).map(reads => ({ reads, why: 'certificates of ssl' })),
  ]
}
