// Prints the folder with include/node/node_api.h of the running Node, or nothing if there is none.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'

const candidates = [process.env.npm_config_nodedir, dirname(dirname(process.execPath)), '/usr']
const found = candidates.find(folder => folder && existsSync(`${folder}/include/node/node_api.h`))
if (found) console.log(found)
