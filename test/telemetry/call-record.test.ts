import { expect, test } from '@jest/globals';
import { callsOf, type CallRecord } from '../../src/telemetry/call-record.js';

test('a record tells each call once, those of records inside it and those that are added later included', () => {
  const [own, shared, late] = [{ ms: () => 1 }, { ms: () => 2 }, { ms: () => 3 }];
  const batch: CallRecord = [shared];
  const lookup: CallRecord = [batch];
  const record: CallRecord = [own, lookup, lookup, batch];
  expect(callsOf(record)).toEqual([own, shared]);
  batch.push(late);
  expect(callsOf(record)).toEqual([own, shared, late]);
  expect(callsOf([])).toEqual([]);
});
