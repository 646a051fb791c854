import type { Ids } from './runtime.ts';

/**
 * Version 7 UUIDs (RFC 9562 §5.7, with the 12-bit counter of §6.2 method 1): 48 bits of milliseconds, a counter, 62 random
 * bits. One process gives them in rising order, also within one millisecond.
 */
export function timeOrderedIds(now: () => number, random: (size: number) => Buffer): Ids {
  let lastMs = 0;
  let counter = 0;
  let madeAt = 0;
  const bytes = Buffer.alloc(16);
  const write = (timeMs: number, count: number) => {
    bytes.writeUIntBE(timeMs, 0, 6);
    bytes.writeUInt16BE(0x7000 | count, 6);
    random(8).copy(bytes, 8);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    return uuidText(bytes);
  };
  return {
    // The counter only spreads ids of one millisecond: 62 random bits keep them apart.
    uuidAt(timeMs) {
      madeAt = (madeAt + 1) & 0xfff;
      return write(Math.floor(timeMs), madeAt);
    },
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
      return write(lastMs, counter);
    },
  };
}

const hexDigits = Buffer.from('0123456789abcdef');
// Where each byte stands between the dashes.
const bytePlaces = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const text = Buffer.from('00000000-0000-0000-0000-000000000000');

// Written in place: text concatenated from pieces is flattened again wherever it is used, and ids are used in many places.
function uuidText(bytes: Buffer): string {
  for (let index = 0; index < bytes.length; index += 1) {
    const place = bytePlaces[index] ?? 0;
    const byte = bytes.readUInt8(index);
    text.writeUInt8(hexDigits.readUInt8(byte >> 4), place);
    text.writeUInt8(hexDigits.readUInt8(byte & 0xf), place + 1);
  }
  return text.toString('latin1');
}
