// A worker that never calls expose().
setInterval(() => {}, 1000)
