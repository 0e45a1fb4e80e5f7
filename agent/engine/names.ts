import type { Rng } from '../../src/base/rng.js'

const adjectives = `
  able agile amber ample ardent balmy bold brave breezy bright brisk calm candid careful cheerful clever coastal cosy crisp curious daring
  dapper deft dewy eager early earnest easy elegant fair famous fearless fleet fluent fond frank fresh gallant gentle glad golden graceful
  grand happy hardy hearty honest humble jolly jovial keen kind lively loyal lucid lucky mellow merry mild modest nimble noble patient
  placid plucky polite proud quick quiet radiant rapid ready serene sharp silent sincere sleek smart smooth snug solid spry steady sturdy
  sunny swift tender thrifty tidy tranquil trusty upbeat valiant vivid warm wise witty zesty
`
  .trim()
  .split(/\s+/)

/** People who advanced the study of nature and of computing. */
const surnames = `
  abel agnesi ampere avogadro babbage bardeen bell bernoulli boole bohr born brahe cantor carson cauchy cerf chandrasekhar church curie
  dalton darwin descartes dijkstra dirac edison einstein engelbart erdos euclid euler faraday fermat fermi feynman fibonacci fourier
  franklin galileo galois gauss germain goodall hamilton heisenberg herschel hertz hilbert hodgkin hooke hopper huygens hypatia jang
  johnson joliot kepler kilby knuth kovalevskaya lagrange lamarr lamport laplace leavitt leibniz linnaeus liskov lovelace maxwell mayer
  mccarthy meitner mendel mendeleev moore morse neumann newton nightingale nobel noether ohm pascal pasteur pauli perlman planck
  poincare ptolemy ramanujan ride riemann ritchie rubin sagan shannon somerville stallman tesla thompson torvalds turing volta wiles
  wilson wing wozniak wright wu yalow
`
  .trim()
  .split(/\s+/)

/** A name like `brave_hopper` that is not taken; with a digit when chance is short of free ones. */
export function generateName(rng: Rng, isTaken: (name: string) => boolean): string {
  for (let tries = 0; ; tries++) {
    const base = `${adjectives[rng.below(adjectives.length)] ?? ''}_${surnames[rng.below(surnames.length)] ?? ''}`
    const name = tries < 6 ? base : `${base}${rng.below(10 ** Math.min(9, tries - 5))}`
    if (!isTaken(name)) return name
  }
}
