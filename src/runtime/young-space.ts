import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's space for young objects as small as it is until it is released. Most of what a start makes is kept, so that more
 * space would save it little, and what it grows to stays taken for as long as nobody asks for anything. A Node that does not
 * know the option writes a line and goes on.
 */
export function holdYoungSpace(): { release(): void } {
  setFlagsFromString('--semi-space-growth-factor=1');
  // What V8 begins with.
  return { release: () => setFlagsFromString('--semi-space-growth-factor=2') };
}
