// A worker that takes a while to start, and tells when it is there.
const channel = new BroadcastChannel('late worker')
channel.postMessage('is there')
channel.close()
await new Promise((resolve) => setTimeout(resolve, 700))
await import('./tasks.worker.js')

export {}
