"""The newcomer's first minute, twice."""


def test_the_demo_tells_its_whole_story(make_checkout):
    checkout = make_checkout()
    story = checkout.run("demo")
    for refusal, requirement in (("queues-must-have-dead-letter-queue", "R13"), ("secrets", "R29")):
        assert refusal in story
        assert requirement in story
    assert "What to try next" in story
    assert "accountId" in story
    again = checkout.run("demo")
    assert "What to try next" in again
