/** Loaded into a server before its program, with --expose-gc: on SIGUSR2 it writes how many bytes its heap needs. */
process.on('SIGUSR2', () => {
  globalThis.gc();
  globalThis.gc();
  process.stderr.write(`heap ${process.memoryUsage().heapUsed}\n`);
});
