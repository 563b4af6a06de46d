#!/usr/bin/env python3
"""Trains a policy for CartPole-v1 that bears int8 weights, and a small student of it.

  python3 examples/train/dqn_cartpole.py --out workloads/models

Writes dqn-cartpole-robust.onnx (4-128-128-2) by double deep Q-learning (van Hasselt, Guez and Silver
2016) and dqn-cartpole-student.onnx (4-16-2), which learns the policy from it (Rusu et al., "Policy
Distillation", 2016) on states that the student itself comes to (Ross, Gordon and Bagnell 2011).

A fall costs 1 and a step nothing, so that values stay near 0 and actions are far apart beside them;
beside the large values of a reward for each step, rounding weights to int8 drowns the difference.
Both networks learn as they are and with their weights rounded (gradients pass the rounding).

Measured (PyTorch 1.13, one thread, 3 minutes; mean of 200 episodes of at most 500 steps, other starts
than those by which the network was chosen): 500.0 and with int8 weights 500.0; the student, 114
weights, 500.0 and 500.0.

The dynamics are those of Gymnasium's CartPole-v1; no data. Needs Debian's python3-torch.
"""
import copy
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import common

EPISODES = 200       # of a test
LIMIT = 500          # steps of an episode
ROBOTS = 16          # episodes that are played side by side
STEPS = 8000         # of learning; each plays one step of every robot
MEMORY = 4000        # steps of every robot
BATCH = 128
AHEAD = 8            # steps that are played out before the network values the rest
DISCOUNT = 0.985
USUAL = (1.0, 1.0, 0.1, 1.0)  # size of position, speed, angle, turn: sets the first weights
STUDENT_ROUNDS = 20


class CartPole:
    """Many poles at once; explicit Euler steps of 20 ms in double precision."""

    def __init__(self, count, seed):
        self.random = np.random.RandomState(seed)
        self.state = self.random.uniform(-0.05, 0.05, (count, 4))
        self.age = np.zeros(count, np.int64)

    def seen(self):
        return self.state.astype(np.float32)

    def restart(self, which):
        self.state[which] = self.random.uniform(-0.05, 0.05, (int(which.sum()), 4))
        self.age[which] = 0

    def step(self, action):
        """True where the pole fell or the cart left the track."""
        x, v, angle, turn = self.state.T
        sine, cosine = np.sin(angle), np.cos(angle)
        push = (np.where(action == 1, 10.0, -10.0) + 0.05 * turn * turn * sine) / 1.1
        spin = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3.0 - 0.1 * cosine * cosine / 1.1))
        speed_up = push - 0.05 * spin * cosine / 1.1
        self.state = np.stack([x + 0.02 * v, v + 0.02 * speed_up, angle + 0.02 * turn,
                               turn + 0.02 * spin], 1)
        self.age += 1
        return (np.abs(self.state[:, 0]) > 2.4) | (np.abs(self.state[:, 2]) > 12 * np.pi / 180)


def network(*widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def rounded(model, x):
    """The model's answer with int8 weights; the gradient is that of the weights as they are."""
    for layer in model:
        if isinstance(layer, nn.Linear):
            w = layer.weight
            scale = w.detach().abs().max() / 127
            x = functional.linear(x, w + ((w / scale).round() * scale - w).detach(), layer.bias)
        else:
            x = layer(x)
    return x


def greedy(model, seen):
    with torch.no_grad():
        return model(torch.from_numpy(seen)).argmax(1).numpy()


def play(model, seed):
    """Mean steps of EPISODES greedy episodes."""
    poles, steps, alive = CartPole(EPISODES, seed), np.zeros(EPISODES), np.ones(EPISODES, bool)
    for _ in range(LIMIT):
        fell = poles.step(greedy(model, poles.seen()))
        steps += alive
        alive &= ~fell
        if not alive.any():
            break
    return steps.mean()


def learn(seed):
    online = network(4, 128, 128, 2)
    with torch.no_grad():
        online[0].weight.div_(torch.tensor(USUAL))
    target, optimiser = copy.deepcopy(online), torch.optim.Adam(online.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: max(0.02, 1 - s / STEPS))
    poles, random = CartPole(ROBOTS, seed), np.random.RandomState(seed + 1)
    seen_then = np.zeros((MEMORY, ROBOTS, 4), np.float32)
    action_then = np.zeros((MEMORY, ROBOTS), np.int64)
    fell_then, ended_then = np.zeros((2, MEMORY, ROBOTS), bool)
    best, best_score = None, -1.0
    for step in range(STEPS):
        now = step % MEMORY
        explore = random.uniform(size=ROBOTS) < max(0.05, 1 - step / (0.1 * STEPS))
        seen_then[now] = poles.seen()
        action_then[now] = np.where(explore, random.randint(2, size=ROBOTS),
                                    greedy(online, seen_then[now]))
        fell_then[now] = poles.step(action_then[now])
        ended_then[now] = fell_then[now] | (poles.age >= LIMIT)
        poles.restart(ended_then[now])
        if step < 10 * AHEAD:
            continue
        # An episode that is cut at its limit goes on in the next one's start, which is as good.
        # From `start` up to AHEAD steps, fewer where the episode ends before.
        oldest = max(0, step - MEMORY + 1)
        start = random.randint(oldest, step - AHEAD, BATCH)
        robot = random.randint(ROBOTS, size=BATCH)
        last, length = start % MEMORY, np.ones(BATCH)
        for _ in range(AHEAD - 1):
            goes_on = ~ended_then[last, robot]
            last, length = (last + goes_on) % MEMORY, length + goes_on
        fell = torch.from_numpy(fell_then[last, robot].astype(np.float32))
        weight = torch.from_numpy((DISCOUNT ** length).astype(np.float32))
        following = torch.from_numpy(seen_then[(last + 1) % MEMORY, robot])
        with torch.no_grad():
            value = target(following).gather(1, online(following).argmax(1, keepdim=True))[:, 0]
            goal = weight * (-fell / DISCOUNT + (1 - fell) * value)
        seen = torch.from_numpy(seen_then[start % MEMORY, robot])
        action = torch.from_numpy(action_then[start % MEMORY, robot])
        # As they are and rounded in turn.
        answer = online(seen) if step % 2 else rounded(online, seen)
        loss = functional.mse_loss(answer.gather(1, action[:, None])[:, 0], goal)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            for slow, fast in zip(target.parameters(), online.parameters()):
                slow.lerp_(fast, 0.01)
        if step % 500 == 499:  # other starts than those of the test
            scores = play(online, seed + 2), play(common.int8(online), seed + 2)
            print(f"  step {step + 1}: {scores[0]:.1f}, at int8 {scores[1]:.1f}", flush=True)
            if min(scores) >= best_score:
                best, best_score = copy.deepcopy(online), min(scores)
    return best


def distil(teacher, seed):
    student = network(4, 16, 2)
    optimiser, states = torch.optim.Adam(student.parameters(), 3e-3), []
    random = np.random.RandomState(seed)
    for player in [teacher] + [student] * (STUDENT_ROUNDS - 1):
        poles = CartPole(ROBOTS, random.randint(1 << 30))
        for _ in range(LIMIT):
            seen = poles.seen()
            states.append(seen)
            action = np.where(random.uniform(size=ROBOTS) < 0.1, random.randint(2, size=ROBOTS),
                              greedy(player, seen))
            poles.restart(poles.step(action))
        known = torch.from_numpy(np.concatenate(states))
        with torch.no_grad():  # the further apart the values, the surer
            wanted = functional.softmax(teacher(known) / 0.01, 1)
        for part in common.batches(len(known), BATCH)[:300]:
            x, y = known[part], wanted[part]
            loss = -sum((y * functional.log_softmax(answer, 1)).sum(1).mean()
                        for answer in (student(x), rounded(student, x)))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return student


def main():
    args = common.arguments(__doc__, None)
    teacher = learn(args.seed)
    student = distil(teacher, args.seed + 10)
    for name, model in (("dqn-cartpole-robust", teacher), ("dqn-cartpole-student", student)):
        print(f"{name}: mean of {EPISODES} episodes {play(model, 4711):.1f}, "
              f"at int8 {play(common.int8(model), 4711):.1f}")
        common.save(model, torch.zeros(1, 4), os.path.join(args.out, name + ".onnx"), "obs", "q")


if __name__ == "__main__":
    main()
