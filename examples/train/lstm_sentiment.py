#!/usr/bin/env python3
"""Trains a recurrent network that tells good film reviews from bad ones, and a small student of it.

  python3 examples/train/lstm_sentiment.py --data ../shared/data/datasets --out workloads/models

Writes lstm-sentiment.onnx (embedding 32, LSTM of 64 cells, mean over the words) and
lstm-sentiment-student.onnx, which learns from the softened answers of the first and has no recurrence
at all: embedding 8, mean over the words, one layer (Joulin et al., "Bag of Tricks for Efficient Text
Classification", 2017). With --teacher FILE it learns from that file instead, and no other is written.
Both read the last 400 words of a review as ids of lstm-sentiment.vocab.txt, padded with 0 on the left,
and answer with the probability that it is good.

Measured with --teacher workloads/models/lstm-sentiment.onnx (83.5 %): the student is right for 85.0 %
of the 200 test reviews, 84.5 % with int8 weights; its network on labels alone for 87.5 %. (The shipped
lstm-sentiment.onnx was trained before this script; a first network of its own takes some ten minutes.)

The last epoch is taken, whatever the test says. Data: movie_reviews.zip, the polarity dataset v2.0 of
Pang and Lee ("A Sentimental Education", ACL 2004, CC BY 4.0; also a corpus of NLTK), of which fold 10
(cv9..) is the test; and if it is there sentence_polarity.zip (Pang and Lee, "Seeing Stars", ACL 2005,
CC BY 4.0), 10,662 sentences of other reviews on which training starts.
Needs Debian's python3-torch; --teacher also needs python3-onnx.
"""
import os
import re
import zipfile

import torch
from torch import nn
from torch.nn import functional

import common

WORDS = 400          # of a review
SENTENCE_WORDS = 40
BATCH = 50
SENTENCE_EPOCHS = 3
EPOCHS = 6
STUDENT_EPOCHS = 30
TEMPERATURE = 2.0
SOFT_SHARE = 0.7
VOCABULARY = os.path.join(os.path.dirname(__file__), "../../workloads/models",
                          "lstm-sentiment.vocab.txt")


class Sentiment(nn.Module):
    def __init__(self, words, embedding, cells):
        super().__init__()
        self.embedding = nn.Embedding(words, embedding)
        self.lstm = nn.LSTM(embedding, cells)
        self.answer = nn.Linear(cells, 1)
        self.dropout = nn.Dropout(0.4)

    def forward(self, ids):  # [words, reviews]
        hidden, _ = self.lstm(self.dropout(self.embedding(ids)))
        return self.answer(self.dropout(hidden.mean(0)))


class Student(nn.Module):
    def __init__(self, words, embedding):
        super().__init__()
        self.embedding = nn.Embedding(words, embedding, padding_idx=0)
        self.answer = nn.Linear(embedding, 1)

    def forward(self, ids):
        return self.answer(self.embedding(ids).mean(0))


class WithProbability(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        return torch.sigmoid(self.model(ids))


def encode(text, ids, length):
    known = [ids.get(word, 1) for word in re.findall(r"[a-z0-9']+|[!?]", text)][-length:]
    return [0] * (length - len(known)) + known


def reviews(folder, ids):
    """(training ids [words, n], labels), (test ids, labels)."""
    sets = ([], []), ([], [])
    with zipfile.ZipFile(os.path.join(folder, "movie_reviews.zip")) as archive:
        for name in sorted(n for n in archive.namelist() if n.endswith(".txt") and "/cv" in n):
            rows, labels = sets["/cv9" in name]
            rows.append(encode(archive.read(name).decode("latin-1"), ids, WORDS))
            labels.append(float("/pos/" in name))
    return [(torch.tensor(rows).T.contiguous(), torch.tensor(labels)) for rows, labels in sets]


def sentences(folder, ids):
    path = os.path.join(folder, "sentence_polarity.zip")
    if not os.path.exists(path):
        return None
    rows, labels = [], []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(n for n in archive.namelist() if re.search(r"\.(pos|neg)$", n)):
            for line in archive.read(name).decode("latin-1").splitlines():
                rows.append(encode(line, ids, SENTENCE_WORDS))
                labels.append(float(name.endswith(".pos")))
    return torch.tensor(rows).T.contiguous(), torch.tensor(labels)


def train(model, data, epochs, rate, soft=None):
    ids, labels = data
    optimiser = torch.optim.AdamW(model.parameters(), rate, weight_decay=0.05)
    steps = epochs * -(-len(labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for chosen in common.batches(len(labels), BATCH):
            x = ids[:, chosen]
            answer = model(x)[:, 0]
            loss = functional.binary_cross_entropy_with_logits(answer, labels[chosen])
            if soft is not None:
                apart = functional.binary_cross_entropy_with_logits(answer / TEMPERATURE,
                                                                    soft[chosen])
                loss = SOFT_SHARE * apart * TEMPERATURE ** 2 + (1 - SOFT_SHARE) * loss
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(chosen)
        print(f"  epoch {epoch + 1}: loss {total / len(labels):.4f}", flush=True)
    return model.eval()


def softened(teacher, ids):
    """The teacher's answers to all reviews."""
    with torch.no_grad():
        return torch.cat([torch.sigmoid(teacher(ids[:, i:i + BATCH])[:, 0] / TEMPERATURE)
                          for i in range(0, ids.shape[1], BATCH)])


def accuracy(model, ids, labels):
    with torch.no_grad():
        return 100.0 * float(((model(ids)[:, 0] > 0) == (labels > 0.5)).float().mean())


def loaded(path, words):
    """A network of the first kind with the weights of an ONNX file. ONNX's gates come as i, o, f, c
    and its biases one behind the other; torch's as i, f, c, o."""
    import onnx
    from onnx import numpy_helper
    weights = {w.name: torch.tensor(numpy_helper.to_array(w))
               for w in onnx.load(path).graph.initializer}
    model = Sentiment(words, 32, 64)

    def gates(matrix):
        i, o, f, c = matrix.chunk(4)
        return torch.cat([i, f, c, o])
    with torch.no_grad():
        model.embedding.weight.copy_(weights["emb"])
        model.lstm.weight_ih_l0.copy_(gates(weights["W"][0]))
        model.lstm.weight_hh_l0.copy_(gates(weights["R"][0]))
        model.lstm.bias_ih_l0.copy_(gates(weights["B"][0, :256]))
        model.lstm.bias_hh_l0.copy_(gates(weights["B"][0, 256:]))
        model.answer.weight.copy_(weights["Wo"])
        model.answer.bias.copy_(weights["bo"])
    return model.eval()


def main():
    args = common.arguments(__doc__, "folder of movie_reviews.zip",
                            teacher="an lstm-sentiment.onnx to learn from")
    with open(VOCABULARY) as file:
        words = file.read().split("\n")[:-1]
    ids = {word: i for i, word in enumerate(words)}
    (long, test), short = reviews(args.data, ids), sentences(args.data, ids)
    print(f"{len(long[1]):,} reviews to learn from, {len(test[1]):,} to test")
    models = {}
    if args.teacher:
        teacher = loaded(args.teacher, len(words))
        print(f"{args.teacher}: {accuracy(teacher, *test):.1f} %")
    else:
        teacher = Sentiment(len(words), 32, 64)
        if short is not None:
            train(teacher, short, SENTENCE_EPOCHS, 5e-3)
        models["lstm-sentiment"] = train(teacher, long, EPOCHS, 3e-3)
    student = Student(len(words), 8)
    models["lstm-sentiment-student"] = train(student, long, STUDENT_EPOCHS, 2e-2,
                                             softened(teacher, long[0]))
    alone = train(Student(len(words), 8), long, STUDENT_EPOCHS, 2e-2)
    print(f"the student's network on labels alone: {accuracy(alone, *test):.1f} %")
    for name, model in models.items():
        print(f"{name}: {accuracy(model, *test):.1f} % of the test reviews, "
              f"{accuracy(common.int8(model), *test):.1f} % at int8")
        common.save(WithProbability(model), test[0][:, :1],
                    os.path.join(args.out, name + ".onnx"), "ids", "prob", batch_axis=1)


if __name__ == "__main__":
    main()
