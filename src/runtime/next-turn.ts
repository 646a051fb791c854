/** Lets whatever else waits in this process go on, in between of long work: other calls, and signals to end. */
export { setImmediate as nextTurn } from 'node:timers/promises';
