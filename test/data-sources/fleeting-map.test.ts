import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FleetingMap } from '../../src/data-sources/fleeting-map.js';

test('a fleeting map holds what a map holds, however often it begins anew', () => {
  const key = fc.integer({ min: 0, max: 200 }).map(String);
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ does: fc.constant('set' as const), key }) },
    { weight: 7, arbitrary: fc.record({ does: fc.constant('delete' as const), key }) },
    { weight: 1, arbitrary: fc.constant({ does: 'clear' as const, key: '' }) },
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 300, maxLength: 1000 }), (steps) => {
      const fleeting = new FleetingMap<number>();
      const map = new Map<string, number>();
      steps.forEach(({ does, key }, index) => {
        if (does === 'set') {
          fleeting.set(key, index);
          map.set(key, index);
        } else if (does === 'delete') {
          fleeting.delete(key);
          map.delete(key);
        } else {
          fleeting.clear();
          map.clear();
        }
      });
      for (let key = 0; key <= 200; key++) expect(fleeting.get(String(key))).toBe(map.get(String(key)));
    }),
    { numRuns: 50 },
  );
});
