// The limit: what comes in on the port goes back as it is.
import { workerData } from 'node:worker_threads'

const { port } = workerData
port.on('message', (message) => port.postMessage(message, message instanceof ArrayBuffer ? [message] : []))
