#!/usr/bin/env python3
"""Trains a recurrent network that tells good film reviews from bad ones, and a small student of it.

  python3 examples/train/lstm_sentiment.py --data ../shared/data/datasets --out workloads/models

Writes lstm-sentiment.onnx (embedding 32, LSTM of 64 cells, mean over the words) and
lstm-sentiment-student.onnx (embedding 8, LSTM of 16 cells), which learns from the softened answers
of the first; with --teacher FILE it learns from that file instead, and no other is written. Both read
the last 400 words of a review as ids of lstm-sentiment.vocab.txt, padded with 0 on the left, and
answer with the probability that it is good.

MEASURED

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


class WithProbability(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        return torch.sigmoid(self.model(ids))


def encode(text, ids, length):
    known = [ids.get(word, 1) for word in re.findall(r"[a-z']+", text)][-length:]
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


def train(model, data, epochs, rate, teacher=None):
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
            if teacher is not None:
                with torch.no_grad():
                    soft = torch.sigmoid(teacher(x)[:, 0] / TEMPERATURE)
                apart = functional.binary_cross_entropy_with_logits(answer / TEMPERATURE, soft)
                loss = SOFT_SHARE * apart * TEMPERATURE ** 2 + (1 - SOFT_SHARE) * loss
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(chosen)
        print(f"  epoch {epoch + 1}: loss {total / len(labels):.4f}", flush=True)
    return model.eval()


def fitted(model, short, long, teacher=None):
    if short is not None:
        print("  sentences")
        train(model, short, SENTENCE_EPOCHS, 5e-3, teacher)
        print("  reviews")
    return train(model, long, EPOCHS, 3e-3, teacher)


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
        teacher = fitted(Sentiment(len(words), 32, 64), short, long)
        models["lstm-sentiment"] = teacher
    models["lstm-sentiment-student"] = fitted(Sentiment(len(words), 8, 16), short, long, teacher)
    for name, model in models.items():
        print(f"{name}: {accuracy(model, *test):.1f} % of the test reviews, "
              f"{accuracy(common.int8(model), *test):.1f} % at int8")
        common.save(WithProbability(model), test[0][:, :1],
                    os.path.join(args.out, name + ".onnx"), "ids", "prob", batch_axis=1)


if __name__ == "__main__":
    main()
