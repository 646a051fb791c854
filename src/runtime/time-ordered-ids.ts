import type { Ids } from './runtime.ts';

/**
 * Version 7 UUIDs (RFC 9562 §5.7, with the 12-bit counter of §6.2 method 1): 48 bits of milliseconds, a counter, 62 random
 * bits. One process gives them in rising order, so that what it makes in one millisecond sorts in the order of making.
 */
export function timeOrderedIds(now: () => number, random: (size: number) => Buffer): Ids {
  let lastMs = 0;
  let counter = 0;
  const bytes = Buffer.alloc(16);
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
      bytes.writeUIntBE(lastMs, 0, 6);
      bytes.writeUInt16BE(0x7000 | counter, 6);
      random(8).copy(bytes, 8);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      return uuidText(bytes);
    },
  };
}

const hexDigits = Buffer.from('0123456789abcdef');
// Where each byte stands between the dashes.
const bytePlaces = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const text = Buffer.from('00000000-0000-0000-0000-000000000000');

// Written in place: text put together from pieces is flattened again wherever it goes, and an id goes to many places.
function uuidText(bytes: Buffer): string {
  for (let index = 0; index < bytes.length; index += 1) {
    const place = bytePlaces[index] ?? 0;
    const byte = bytes.readUInt8(index);
    text.writeUInt8(hexDigits.readUInt8(byte >> 4), place);
    text.writeUInt8(hexDigits.readUInt8(byte & 0xf), place + 1);
  }
  return text.toString('latin1');
}
