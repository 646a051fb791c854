import type { Ids } from './runtime.ts';

/**
 * Version 7 UUIDs (RFC 9562 §5.7, with the 12-bit counter of §6.2 method 1): 48 bits of milliseconds, a counter, 62 random
 * bits. One process gives them in rising order, so that what it makes in one millisecond sorts in the order of making.
 */
export function timeOrderedIds(now: () => number, random: (size: number) => Buffer): Ids {
  let lastMs = 0;
  let counter = 0;
  return {
    uuid() {
      const nowMs = now();
      if (nowMs > lastMs) {
        lastMs = nowMs;
        counter = 0;
      } else {
        counter += 1;
        // A full counter borrows from the next millisecond; a clock that was set back is caught up with.
        if (counter > 0xfff) {
          lastMs += 1;
          counter = 0;
        }
      }
      const bytes = Buffer.alloc(16);
      bytes.writeUIntBE(lastMs, 0, 6);
      bytes.writeUInt16BE(0x7000 | counter, 6);
      random(8).copy(bytes, 8);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      const hex = bytes.toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}
