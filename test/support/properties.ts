import fc from 'fast-check'

// By hand a property looks somewhere else on each run; a build server looks at the same cases each time, so that what
// fails there was broken by the change it tests.
if (process.env['CI'] === 'true') fc.configureGlobal({ seed: 5321 })

export { fc }
