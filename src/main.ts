import { runCommand } from './cli/run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2));
// Whatever still holds the event loop (a pool, a socket) must not keep a finished command alive.
process.exit();
